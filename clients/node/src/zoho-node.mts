import * as sdk from "@zohocrm/nodejs-sdk-8.0";
import { sidecarTokenStoreFor, type SidecarTokenStore as Store, type SidecarTokenStoreClass } from "./zoho.js";

/** Keeps the tokens of `@zohocrm/nodejs-sdk-8.0`. */
export type SidecarTokenStore = Store<unknown>;

// a constant: the declaration of a class would name the SDK, which has no types
export const SidecarTokenStore: SidecarTokenStoreClass<unknown> = sidecarTokenStoreFor(sdk, "@zohocrm/nodejs-sdk-8.0");
