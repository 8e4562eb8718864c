CREATE TYPE public.state AS ENUM ('new', 'old');
CREATE FUNCTION public.next_number() RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE TABLE public.plain (id integer PRIMARY KEY, s public.state DEFAULT 'old' NOT NULL, t public.state[] DEFAULT '{new}', n bigint DEFAULT 1, "N o" bigint DEFAULT public.next_number());
CREATE VIEW public.shown AS SELECT id, s, n FROM public.plain;
