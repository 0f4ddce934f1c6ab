// What a build puts before a script as constants; each script's first lines say which it gets.
declare const COURSE: string;
declare const VERSION: string;
declare const DIGESTS: Record<string, string>;
declare const FILES: string[];
declare const FIRST: string[];
declare const CONFIG: string;
declare const APP_VERSION: string;
declare const EXERCISE: unknown;
