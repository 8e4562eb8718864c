CREATE TYPE public.state AS ENUM ('new', 'old', 'gone');
CREATE FUNCTION public.next_number() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE public.plain (id integer PRIMARY KEY, s public.state DEFAULT 'new' NOT NULL, t public.state[] DEFAULT '{new}', n integer DEFAULT 1, "N o" integer DEFAULT public.next_number());
CREATE VIEW public.shown AS SELECT id, s, n FROM public.plain;
