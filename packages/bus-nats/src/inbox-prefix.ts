/** Where answers to a user arrive: a tree of its own, so that no other user can be allowed to listen there by mistake. */
export const inboxPrefixOf = (user: string): string => `_INBOX_${user.replaceAll(/[^\w-]/g, '_')}`;
