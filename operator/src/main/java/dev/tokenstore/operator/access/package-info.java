/// Who may use a store: the role bindings of its namespace, and the policy that must be in force before there are any.
@NullMarked
package dev.tokenstore.operator.access;

import org.jspecify.annotations.NullMarked;
