create sequence s1 as int increment -2 minvalue -100 maxvalue -1 start -3 cache 5 cycle;
