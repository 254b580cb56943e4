/// What the operator keeps of the API server's responses: the parts that it reads, cut out while they stream in.
@NullMarked
package dev.tokenstore.operator.response;

import org.jspecify.annotations.NullMarked;
