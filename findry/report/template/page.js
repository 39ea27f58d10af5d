head();
if (data.kind === "funnel") funnel();
else {
  if (data.kind === "marginal") stages();
  tables();
  plot();
  rankings();
}
