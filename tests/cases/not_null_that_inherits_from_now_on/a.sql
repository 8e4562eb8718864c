CREATE TABLE public.p (a integer CONSTRAINT pn NOT NULL NO INHERIT);
CREATE TABLE public.c () INHERITS (public.p);
CREATE TABLE public.d () INHERITS (public.c);
CREATE TABLE public.e () INHERITS (public.c);
