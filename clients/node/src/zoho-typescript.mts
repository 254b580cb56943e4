export * from "./zoho-typescript.js";
