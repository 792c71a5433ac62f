import type Docker from "dockerode";

/**
 * The Docker Engine that DOCKER_HOST names, else the one of this machine: the one that the stack was deployed to.
 * @throws InvalidInputError that says which engine does not answer, and what to do
 */
export async function openEngine(): Promise<Docker> {
  const { needEngine } =
    require("../../components/docker/engineAnswers") as typeof import("../../components/docker/engineAnswers");
  await needEngine({});
  return new (require("dockerode") as typeof Docker)();
}
