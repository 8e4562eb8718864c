create sequence s1;
