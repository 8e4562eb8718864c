CREATE TABLE public.p1 (a integer);
CREATE TABLE public.c1 () INHERITS (public.p1);
