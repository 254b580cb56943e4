export * from "./zoho.js";
