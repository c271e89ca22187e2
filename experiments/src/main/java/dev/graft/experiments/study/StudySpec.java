package dev.graft.experiments.study;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.experiments.results.Published;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A study's file. */
record StudySpec(
    @Doc("Its name; masking, learn-forget, memorize and adapters have claims to test.")
        String study,
    @Doc("One line.") String title,
    @Doc("What it asks.") String question,
    @Doc("Paragraphs on model, data, budgets and learning rates.") List<String> setup,
    @Doc("Paragraphs on what has to be known to read the results.") List<String> notes,
    @Doc("Figures of others, as {claim, text, source}.") List<Published> published,
    @Doc("Texts that stand in the file as ${name}; --var name=value changes them.")
        Map<String, String> vars,
    @Doc("The generated world, which stands in the file as ${world}.") Optional<WorldSpec> world,
    @Doc("The recipe that all runs start from.") Map<String, Object> recipe,
    @Doc("What is measured after every run, by name.") Map<String, Object> measures,
    @Doc("What is varied: factors with levels, each with the changes that make it, and about.")
        Map<String, Map<String, Map<String, Object>>> factors,
    @Doc("Changes for combinations of levels, as learning rates.") List<Rule> rules,
    @Doc("How much of the matrix runs: quick, default and full.") Map<String, Scope> scopes,
    @Doc("The part of a scope's runs that further engines run; all when absent.")
        List<Map<String, List<String>>> further,
    @Doc("The sweep of learning rates.") Optional<Tune> tune,
    @Default("djl-pytorch,tensorflow") @Doc("The engines that --engine both means.")
        String engines) {}
