create sequence s1 as smallint start 500 minvalue 200 maxvalue 1000;
