// planted: lint/style/noProcessEnv

export const home = process.env;
