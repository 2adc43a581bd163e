// planted: allowed

export type Planted = string;
