CREATE ROLE fx_owner;
CREATE ROLE fx_other;
CREATE ROLE fx_reader;
CREATE ROLE fx_grantor;
CREATE ROLE "fx odd""role";
