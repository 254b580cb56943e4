package dev.tokenstore.testing;

import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture(
                        "dev.tokenstore.testing",
                        List.of(
                                "com.tngtech.archunit..",
                                "io.fabric8..",
                                "org.apache.commons.compress..",
                                "org.junit.jupiter.api.."))
                .check();
    }
}
