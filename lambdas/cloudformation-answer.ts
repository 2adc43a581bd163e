import type { CloudFormationCustomResourceEvent } from "aws-lambda";

export interface ResourceDone {
  readonly physicalId: string;
}

/** CloudFormation waits for an hour unless it is told: whatever happens, it is told. */
const REASON_CHARACTERS = 1_000;

/** Does the work and tells CloudFormation how it went; a failure of the work is told, and thrown. */
export async function answerCloudFormation(
  event: CloudFormationCustomResourceEvent,
  work: () => Promise<ResourceDone>,
): Promise<void> {
  try {
    const { physicalId } = await work();
    await tell(event, { Status: "SUCCESS", PhysicalResourceId: physicalId });
  } catch (error) {
    const Reason = String((error as Error).message).slice(0, REASON_CHARACTERS);
    const PhysicalResourceId = "PhysicalResourceId" in event ? event.PhysicalResourceId : "none";
    await tell(event, { Status: "FAILED", Reason, PhysicalResourceId });
    throw error;
  }
}

async function tell(
  { ResponseURL, StackId, RequestId, LogicalResourceId }: CloudFormationCustomResourceEvent,
  answer: Readonly<Record<string, string>>,
): Promise<void> {
  const body = JSON.stringify({ StackId, RequestId, LogicalResourceId, ...answer });
  // The address is signed without a content type: any would make the signature wrong.
  const headers = { "content-type": "" };
  const response = await fetch(ResponseURL, { method: "PUT", headers, body });
  if (!response.ok) throw new Error(`CloudFormation answered ${response.status}`);
}
