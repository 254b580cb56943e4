/// A vendor as the SDKs know it: accounts that give tokens, and a CRM that takes them.
@NullMarked
package dev.tokenstore.testbed.vendor;

import org.jspecify.annotations.NullMarked;
