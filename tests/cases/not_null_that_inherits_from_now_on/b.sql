CREATE TABLE public.p (a integer CONSTRAINT pm NOT NULL);
CREATE TABLE public.c () INHERITS (public.p);
CREATE TABLE public.d () INHERITS (public.c);
CREATE TABLE public.e (CONSTRAINT en NOT NULL a) INHERITS (public.c);
