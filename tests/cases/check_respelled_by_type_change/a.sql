create table t(id int primary key, a text, b int, c varchar(20), d numeric(10,2), e timestamp, f jsonb);alter table t add constraint ck check (c in ('x','y'));
