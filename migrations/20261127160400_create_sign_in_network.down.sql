drop table sign_in_network;
