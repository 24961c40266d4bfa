drop table rule_approval;
