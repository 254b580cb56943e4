package dev.tokenstore.sidecar;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tokenstore.testing.ModuleArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.tokenstore.sidecar");

    @Test
    void onlyTheGrpcPackageKnowsGrpc() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.tokenstore.sidecar.grpc")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.grpc..",
                        "io.netty..",
                        "com.google.protobuf..",
                        "com.google.rpc..",
                        "dev.tokenstore.proto..")
                .check(CLASSES);
    }

    @Test
    void theGrpcPackageKnowsNeitherTheProgramNorAStorage() {
        noClasses()
                .that()
                .resideInAPackage("dev.tokenstore.sidecar.grpc")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.tokenstore.sidecar",
                        "dev.tokenstore.store.kubernetes..",
                        "dev.tokenstore.store.sqlite..",
                        "dev.tokenstore.store.memory..",
                        "io.micrometer..",
                        "picocli..")
                .check(CLASSES);
    }

    @Test
    void theSidecarKnowsNothingOfTheOperator() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.tokenstore.operator..")
                .check(CLASSES);
    }

    @Test
    void followsTheRulesOfAllModules() {
        new ModuleArchitecture(
                        "dev.tokenstore.sidecar",
                        List.of(
                                "dev.tokenstore.api..",
                                "dev.tokenstore.proto..",
                                "dev.tokenstore.runtime..",
                                "dev.tokenstore.store..",
                                "com.google.protobuf..",
                                "com.google.rpc..",
                                "com.sun.net.httpserver..",
                                "io.fabric8..",
                                "io.grpc..",
                                "io.micrometer..",
                                "io.netty..",
                                "org.slf4j..",
                                "picocli..",
                                "sun.misc.."))
                .check();
    }
}
