drop index run_of_revision;
