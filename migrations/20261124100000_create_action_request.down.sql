drop table action_request;
