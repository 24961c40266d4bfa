drop table passkey_challenge;
drop table passkey;
