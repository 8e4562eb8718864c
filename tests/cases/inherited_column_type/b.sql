CREATE TABLE p (a bigint NOT NULL, b bigint, constraint k check (b > 0));
create table c (a bigint not null, b bigint, x text);
alter table c add constraint k check (b > 0);
alter table c inherit p;
comment on constraint k on c is 'kk';
create table d () inherits (p);
comment on constraint k on d is 'kkk';
