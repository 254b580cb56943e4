// The package is one set of CommonJS modules, so that a program that mixes import and require has each class once.
export * from "./index.js";
