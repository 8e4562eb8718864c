CREATE TABLE public.p (a integer CONSTRAINT pm NOT NULL);
CREATE TABLE public.c (CONSTRAINT cn NOT NULL a) INHERITS (public.p);
