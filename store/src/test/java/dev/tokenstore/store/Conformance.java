package dev.tokenstore.store;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// The rules (R) and examples (C) of the conformance list that a test checks.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Conformance {
    String[] value();
}
