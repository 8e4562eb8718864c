create table p(id text primary key);
create table c(id int primary key, p text references p);
