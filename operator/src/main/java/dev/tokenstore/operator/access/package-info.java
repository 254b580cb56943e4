/// Access to stores: the role bindings of a namespace, and the policies that must be in force before there are any.
@NullMarked
package dev.tokenstore.operator.access;

import org.jspecify.annotations.NullMarked;
