create table t(id int primary key, a text, b numeric(8,2), c varchar(30), d numeric(10,2), e timestamp, f jsonb);alter table t add constraint ck check (c in ('x','y'));
