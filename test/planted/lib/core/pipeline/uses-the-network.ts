// planted: TS2304

export const page = fetch("https://example.org");
