/** The types of the protocol reach the domain, which hashes. Nothing of it runs in a page. */
declare module 'node:crypto';
