// planted: lint/nursery/noFloatingPromises

async function write(): Promise<void> {}

export function save(): void {
  write();
}
