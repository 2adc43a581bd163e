/** The bytes, or UTF-16 units, that JSON and decimals are made of. */
export const LINE_FEED = 10;
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const MINUS = 45;
export const POINT = 46;
export const DIGIT_0 = 48;
export const DIGIT_9 = 57;
export const COLON = 58;
export const BACKSLASH = 92;
export const OPEN = 123;
export const CLOSE = 125;
/** The last one that prints. */
export const TILDE = 126;
