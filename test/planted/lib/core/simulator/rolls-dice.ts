// planted: lint/nursery/noJsRestrictedProperties

export const dice = Math.random();
