drop index run_rolled_back;
