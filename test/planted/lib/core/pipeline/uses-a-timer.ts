// planted: TS2304

setTimeout(String, 1);
