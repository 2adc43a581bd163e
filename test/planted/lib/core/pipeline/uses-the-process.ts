// planted: TS2591

export const pid = process.pid;
