create sequence s1 start 5 minvalue 5 maxvalue 100;
