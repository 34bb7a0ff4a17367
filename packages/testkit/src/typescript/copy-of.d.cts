/** The folder of the repository. */
export const ROOT: string;

/** The copy of a module of one of our packages, named by its path or its URL; anything else is given back as it is. */
export function copyOf(module: string | URL): string;
