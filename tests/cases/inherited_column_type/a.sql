CREATE TABLE p (a int NOT NULL, b int, constraint k check (b > 0));
create table c (a int not null, b int, x text);
alter table c add constraint k check (b > 0);
alter table c inherit p;
comment on constraint k on c is 'kk';
create table d () inherits (p);
comment on constraint k on d is 'kkk';
