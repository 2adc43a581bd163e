import {
  FRAME_BYTES_MAX,
  FRAME_PLAIN_BYTES_MAX,
  zlibFrameCodec,
} from "../../lib/adapters/frames/zlib-frame-codec.ts";
import { frameCodecContract } from "../contract/frame-codec.contract.ts";

const limits = { plainBytesMax: FRAME_PLAIN_BYTES_MAX, bytesMax: FRAME_BYTES_MAX };

frameCodecContract("The codec that writes zstd", () => zlibFrameCodec(), limits);
frameCodecContract(
  "The codec that writes gzip",
  () => zlibFrameCodec({ compression: "gzip" }),
  limits,
);
