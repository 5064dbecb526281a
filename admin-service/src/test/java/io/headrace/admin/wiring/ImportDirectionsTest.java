package io.headrace.admin.wiring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.headrace.admin.AdminApplication;
import org.junit.jupiter.api.Test;

class ImportDirectionsTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .importUrl(
                            AdminApplication.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation());

    @Test
    void theAdminServiceKnowsNoOtherService() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.headrace.broker..", "io.headrace.gateway..", "io.headrace.standalone..")
                .check(CLASSES);
    }

    @Test
    void theControllerKnowsNeitherSpringNorServletsNorTheDatabase() {
        noClasses()
                .that()
                .resideInAPackage("io.headrace.admin.controller..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..",
                        "jakarta..",
                        "io.headrace.admin.envelope..",
                        "io.headrace.admin.audit..",
                        "io.headrace.admin.topic..",
                        "io.headrace.admin.wiring..")
                .check(CLASSES);
    }

    @Test
    void nobodyReadsJsonWithJackson2() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "com.fasterxml.jackson.core..", "com.fasterxml.jackson.databind..")
                .check(CLASSES);
    }

    @Test
    void oneRoomSpeaksKafka() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.headrace.admin.kafka..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..")
                .check(CLASSES);
    }

    @Test
    void nothingButTheApplicationSeesTheWiring() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.headrace.admin.wiring..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.headrace.admin.wiring..")
                .check(CLASSES);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("io.headrace.admin.(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
