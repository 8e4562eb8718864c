create table t(a int, b int, c int not null); alter table t add constraint an not null a not valid; comment on constraint an on t is 'x';
