CREATE TABLE public.p1 (a integer);
CREATE TABLE public.c1 () INHERITS (public.p1);
CREATE TABLE public.d1 () INHERITS (public.c1);
